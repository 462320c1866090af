import { MessageFault, type Completion, type Messages, type UserMessages } from './messages.ts';

/** What is kept of each list, as much as of one machine's. */
const WORST = 10;
const EXAMPLES = 3;
const NAMED = 20;

/** What became of the messages of all: machines and threads that share a load have no user in common, so all counts add up. */
export function mergedMessages(all: readonly Messages[]): Messages | undefined {
  if (all.length === 0) return undefined;
  const sum = (of: (messages: Messages) => number): number => all.reduce((total, messages) => total + of(messages), 0);
  const examples = all.flatMap((messages) => messages.examples);
  return {
    users: sum(({ users }) => users),
    sent: sum(({ sent }) => sent),
    answered: sum(({ answered }) => answered),
    lost: sum(({ lost }) => lost),
    cutOff: sum(({ cutOff }) => cutOff),
    duplicates: sum(({ duplicates }) => duplicates),
    outOfOrder: sum(({ outOfOrder }) => outOfOrder),
    streamed: sum(({ streamed }) => streamed),
    foreign: sum(({ foreign }) => foreign),
    misrouted: sum(({ misrouted }) => misrouted),
    worst: worstOf(all.flatMap(({ worst }) => worst)),
    examples: MessageFault.options.flatMap((what) => examples.filter((example) => example.what === what).slice(0, EXAMPLES)),
  };
}

/** Who came to the end, of all. */
export function mergedCompletion(all: readonly Completion[]): Completion | undefined {
  if (all.length === 0) return undefined;
  const sum = (of: (completion: Completion) => number): number => all.reduce((total, completion) => total + of(completion), 0);
  const incomplete = all.flatMap((completion) => completion.incomplete);
  return {
    users: sum(({ users }) => users),
    complete: sum(({ complete }) => complete),
    cut: sum(({ cut }) => cut),
    incomplete: incomplete.slice(0, NAMED),
    omitted: sum(({ omitted }) => omitted) + Math.max(0, incomplete.length - NAMED),
  };
}

/** The users with the most faults, then the slowest. */
export function worstOf(users: readonly UserMessages[]): UserMessages[] {
  return users.toSorted((one, other) => faultsOf(other) - faultsOf(one) || other.slowestMs - one.slowestMs).slice(0, WORST);
}

function faultsOf({ lost, duplicates, outOfOrder, foreign }: UserMessages): number {
  return lost + duplicates + outOfOrder + foreign;
}
