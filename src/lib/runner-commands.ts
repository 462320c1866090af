/**
 * Text that no CI takes for a command of its own. GitHub reads both output streams: `::error::` at the start of a line, after any
 * blanks, and `##[error]` anywhere in it; Azure has `##vso[`, TeamCity `##teamcity[`. What stands in a test's failure message
 * must not set outputs or switch commands off.
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export function withoutCommands(text: string): string {
  return text.replaceAll(/^([^\S\n]*):(?=:)/gmu, '$1: ').replaceAll(/##(?=\[|vso\[|teamcity\[)/gi, '# #');
}

/** JSON for a program, of which no CI takes a part for a command either: the same values, written with escapes. */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replaceAll('##', String.raw`#\u0023`);
}
