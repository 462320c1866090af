import type { Command } from 'commander';

import { EXIT_CODES } from '../../model/verdict.ts';
import type { World } from '../world.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** `gauntlet completion`: the words of this version, for a shell. */
export function completion(world: World, shell: Shell, program: Command): number {
  world.stdout.write(SCRIPTS[shell](wordsOf(program)));
  return EXIT_CODES.pass;
}

interface Word {
  readonly name: string;
  readonly says: string;
}

interface Words {
  readonly commands: readonly (Word & { readonly options: readonly Word[] })[];
  readonly options: readonly Word[];
}

function wordsOf(program: Command): Words {
  const visible = program.createHelp().visibleCommands(program);
  return {
    commands: visible.map((command) => ({ name: command.name(), says: command.description(), options: optionsOf(command) })),
    options: optionsOf(program),
  };
}

function optionsOf(command: Command): Word[] {
  return command.options.filter(({ hidden }) => !hidden).map(({ long, short, description }) => ({ name: long ?? short ?? '', says: description })); // prettier-ignore
}

const SCRIPTS: Readonly<Record<Shell, (words: Words) => string>> = { bash, zsh, fish };

function bash({ commands, options }: Words): string {
  const all = (words: readonly Word[]) => words.map(({ name }) => name).join(' ');
  return `# gauntlet completion bash: add \`source <(gauntlet completion bash)\` to ~/.bashrc
_gauntlet() {
  local current=\${COMP_WORDS[COMP_CWORD]} command='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) ;; *) command=$word; break ;; esac
  done
  local words='${all(commands)} ${all(options)}'
  case $command in
${commands.map((command) => `    ${command.name}) words='${all([...command.options, ...options])}' ;;`).join('\n')}
  esac
  case $current in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) COMPREPLY=($(if [ -z "$command" ]; then compgen -W "$words" -- "$current"; else compgen -f -- "$current"; fi)) ;;
  esac
}
complete -F _gauntlet gauntlet
`;
}

function zsh({ commands, options }: Words): string {
  const described = (words: readonly Word[]) => words.map(({ name, says }) => quote(`${name}:${says.replaceAll(':', ' ')}`)).join(' ');
  return `#compdef gauntlet
# gauntlet completion zsh: add \`source <(gauntlet completion zsh)\` to ~/.zshrc
_gauntlet() {
  local command='' word
  for word in \${words[2,CURRENT-1]}; do
    [[ $word == -* ]] || { command=$word; break; }
  done
  case "$command" in
${commands.map((command) => `    ${command.name}) _gauntlet_words ${described([...command.options, ...options])} ;;`).join('\n')}
    *) _gauntlet_words ${described([...commands, ...options])} ;;
  esac
  _files
}
_gauntlet_words() {
  local -a entries=("$@")
  _describe 'gauntlet' entries
}
compdef _gauntlet gauntlet
`;
}

function fish({ commands, options }: Words): string {
  const line = (condition: string, { name, says }: Word, flag: string) => `complete -c gauntlet -n '${condition}' ${flag} ${name.replace(/^--?/, '')} -d ${quote(says)}`; // prettier-ignore
  const lines = [
    ...commands.map((command) => line('__fish_use_subcommand', command, '-a')),
    ...options.map((option) => line('true', option, '-l')),
    ...commands.flatMap((command) => command.options.map((option) => line(`__fish_seen_subcommand_from ${command.name}`, option, '-l'))),
  ];
  return `# gauntlet completion fish: add \`gauntlet completion fish | source\` to ~/.config/fish/config.fish\n${lines.join('\n')}\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
