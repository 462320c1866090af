import { defect } from './defects.js';

/** Dollars for a thousand tokens. */
const PRICE = { local: 0.0001, remote: 0.01 };

/** Counters in Prometheus' text format. */
export function createMetrics({ breaker }) {
  const questions = { local: 0, remote: 0 };
  const tokens = { local: 0, remote: 0 };
  let [seconds, failures] = [0, 0];

  return {
    answered({ route, usage }, took) {
      questions[route] += 1;
      tokens[route] += usage.prompt_tokens + usage.completion_tokens;
      seconds += took;
    },
    failed() {
      failures += 1;
    },
    render() {
      const cost = { local: (tokens.local / 1000) * PRICE.local, remote: (tokens.remote / 1000) * PRICE.remote };
      return [
        ...counter('agent_questions_total', 'Questions by the model that answered them', questions),
        ...(defect('no-cost-metric')
          ? []
          : [...counter('agent_tokens_total', 'Tokens of prompts and answers', tokens), ...counter('agent_cost_dollars_total', 'What they cost', cost)]),
        ...counter('agent_seconds_total', 'Time that answers took', seconds),
        ...counter('agent_failures_total', 'Questions that were not answered', failures),
        '# HELP agent_breaker_open Whether the circuit breaker before the analytics store is open',
        '# TYPE agent_breaker_open gauge',
        `agent_breaker_open ${breaker.state === 'closed' ? 0 : 1}`,
        '',
      ].join('\n');
    },
  };
}

/** One value, or one for each route. */
function counter(name, help, values) {
  const samples = typeof values === 'number' ? [`${name} ${values}`] : Object.entries(values).map(([route, value]) => `${name}{route="${route}"} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} counter`, ...samples];
}
