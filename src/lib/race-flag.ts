/** Commands that take Go's `-race`, up to the end of the command. */
const GO = /\b(?:go\s+(?:test|run|build|install)|gotestsum|ginkgo)\b[^|;&\n]*?\s--?race(?:=(\w+))?(?=\s|$|["'])/;
const SANITIZER = /-fsanitize=\S*thread|-Zsanitizer=thread/;
const TESTS = /\b(?:go\s+test|gotestsum|ginkgo)\b/;

/**
 * What a command line says about a race detector: `on` when it asks the tool for one, `off` when it runs Go's tests
 * without, `unknown` when the tool is behind something else (make, a script).
 */
export function raceFlag(line: string): 'on' | 'off' | 'unknown' {
  const go = GO.exec(line);
  if (go !== null) return go[1] === undefined || /^(?:true|1|t)$/i.test(go[1]) ? 'on' : 'off';
  if (SANITIZER.test(line)) return 'on';
  return TESTS.test(line) ? 'off' : 'unknown';
}
