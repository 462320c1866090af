// Switches that put a known defect into the system: DEFECTS=a,b,c. All off is the hardened system.

export const DEFECTS = Object.freeze({
  'chatty-health': { row: 'AGT-01', does: '/health tells about every part of the system' },
  'chatty-discovery': { row: 'AGT-02', does: '/discovery explains what belongs into /quickstart' },
  'chatty-quickstart': { row: 'AGT-03', does: '/quickstart repeats what the manual says' },
  'chatty-skills': { row: 'AGT-04', does: '/skills lists the documentation of every skill: all four steps together are too long' },
  'whole-manual': { row: 'AGT-05', does: '/skills/NAME answers with the whole manual' },
  'no-quickstart': { row: 'AGT-06', does: '/quickstart answers 500' },
  'dead-link': { row: 'AGT-07', does: '/discovery links to a path that does not exist' },
  'raw-embeddings': { row: 'AGT-08', does: 'vectors are not brought to length 1 (a search by cosine does not notice)' },
  'second-page': { row: 'AGT-09', does: '/search begins with its second page' },
  'all-local': { row: 'AGT-10', does: 'every question is routed to the local model' },
  'narrow-lane': { row: 'AGT-11', does: 'the local model takes one question at a time, all others go to the remote one' },
  'counts-characters': { row: 'AGT-12', does: 'usage is counted in characters' },
  'no-cost-metric': { row: 'AGT-13', does: '/metrics has nothing about tokens and cost' },
  'no-solution': { row: 'AGT-14', does: 'no solution is extracted from a run' },
  'novelty-inverted': { row: 'AGT-15', does: 'what is new is worth less' },
  'stored-twice': { row: 'AGT-16', does: 'what is learned is stored twice' },
  'deaf-ranking': { row: 'AGT-17', does: 'feedback does not change the ranking' },
  'hollow-skill': { row: 'AGT-18', does: 'a skill says that it is done and does nothing' },
  'eager-writer': { row: 'AGT-19', does: 'the writer begins before the analyst has ended' },
  'lost-context': { row: 'AGT-20', does: 'the writer does not get the context of the request' },
  'cuts-answers': { row: 'AGT-21', does: 'the last sentence of every answer is lost' },
  undelivered: { row: 'AGT-22', does: 'a result that is ready before its user connects is dropped' },
  'delivered-twice': { row: 'AGT-22', does: 'a result is sent two times' },
  'slow-answers': { row: 'AGT-23', does: 'one of eight simple questions takes 5.5 s longer' },
  'few-sessions': { row: 'AGT-24', does: 'after 60 sessions in two seconds all others are refused' },
  'small-table': { row: 'AGT-25', does: 'from the 500th user on, nobody new is served' },
  'undeclared-model': { row: 'AGT-26', does: 'nobody says whether the model is real (in gauntlet.yml: remove the line `model:`)' },
  'silent-analyst': { row: 'WS-05', does: 'the event of the analyst is not sent' },
  'no-breaker': { row: 'RES-01', does: 'the circuit breaker before the analytics store never opens' },
});

const active = new Set((process.env.DEFECTS ?? '').split(',').map((name) => name.trim()).filter(Boolean));
const unknown = [...active].filter((name) => !Object.hasOwn(DEFECTS, name));
if (unknown.length > 0) throw new Error(`unknown defect in DEFECTS: ${unknown.join(', ')}`);

/** @param {string} name */
export function defect(name) {
  return active.has(name);
}
