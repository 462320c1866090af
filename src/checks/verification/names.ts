import type { Language } from './blocks.ts';
import { parseExpression, type Expression } from './expression.ts';

/** A file in which names of the program are given values. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** Settings of a program are kept in files of such names. */
const SETTINGS = /(?:^|[/_.-])(?:config(?:uration)?s?|settings?|env(?:ironment)?s?|constants?)(?:[/_.-]|$)/i;

export function holdsSettings(path: string): boolean {
  return SETTINGS.test(path);
}

/** What a name stands for: as its own file says, else as the settings of the program do. Two answers are none. */
export function definitionOf(
  path: string,
  own: Source,
  { settings, language }: { readonly settings: readonly Source[]; readonly language: Language },
): Expression | undefined {
  const short = path.replace(/^(?:self|this)\./, '');
  const here = only(assignments(own.text, path, language)) ?? only(assignments(own.text, short, language));
  if (here !== undefined) return here;
  const last = short.split('.').at(-1) ?? '';
  const belongs = short.includes('.')
    ? /(?:settings?|config\w*|conf|cfg|env|environment|constants?)(?:\(\))?$/i.test(short.split('.').at(-2) ?? '')
    : isImported(own.text, last);
  if (!belongs) return undefined;
  const found = settings.flatMap(({ text }) => {
    const fields = members(text, last, language);
    return fields.length > 0 ? fields : assignments(text, last, language);
  });
  return only(found);
}

function isImported(text: string, name: string): boolean {
  return new RegExp(
    String.raw`^\s*(?:from\s+\S+\s+import\b[^\n]*\b${escaped(name)}\b|import\b[^\n]*\b${escaped(name)}\b|const\s*\{[^}]*\b${escaped(name)}\b[^}]*\}\s*=\s*require)`,
    'm',
  ).test(text);
}

/** Right sides of the assignments to a name. Python writes spaces around `=` in a statement, and none in an argument (PEP 8). */
function assignments(text: string, name: string, language: Language): string[] {
  const word = escaped(name);
  const pattern =
    language === 'python'
      ? new RegExp(String.raw`^[ \t]*(?:self\.)?${word}(?:\s*:\s*[\w.[\]| ]+)? = (?!=)(.{1,400})`, 'gm')
      : language === 'go'
        ? new RegExp(String.raw`(?:^|[\s;{])(?:var\s+)?${word}(?:\s+(?:string|bool))?\s*:?=\s*(?!=)([^\n]{1,400})`, 'gm')
        : new RegExp(String.raw`(?:\b(?:const|let|var)\s+|this\.)${word}(?:\s*:\s*\w+)?\s*=\s*(?!=)([^;]{1,400})`, 'g');
  const found = [...text.matchAll(pattern).take(4)].map(([, right = '']) => right.trim());
  if (language !== 'script') return found;
  const unpacked = new RegExp(String.raw`\{[^{}]*\b${word}(?:\s*=\s*([^,}]{1,100}))?\s*[,}][^{}]*\}?\s*=\s*process\.env\b`).exec(text);
  if (!unpacked) return found;
  const fallback = unpacked[1]?.trim();
  return [...found, fallback === undefined ? `process.env.${name}` : `(process.env.${name} ?? ${fallback})`];
}

/** Fields of settings: of pydantic, whose names are those of the variables, of objects, and of structs. */
function members(text: string, name: string, language: Language): string[] {
  const word = escaped(name);
  const all = (pattern: RegExp): string[] => [...text.matchAll(pattern).take(4)].map(([, right = '']) => right);
  if (language === 'script') return all(new RegExp(String.raw`^\s*${word}\s*:\s*([^\n]{0,300}\bprocess\.env\b[^\n]{0,200}?),?\s*$`, 'gm'));
  if (language === 'go') return all(new RegExp(String.raw`\b${word}:\s*((?:\w+\.)?\w*[gG]et_?[eE]nv\w*\([^()\n]{1,200}\))`, 'g'));
  if (!/\bBaseSettings\b/.test(text)) return [];
  const fields = all(
    new RegExp(
      String.raw`^[ \t]+${word}\s*:\s*(?:str|bool|Literal\[[^\]]*\]|\w*Env\w*)\s*=\s*(["'][\w-]*["']|True|False)\s*(?:#.*)?$`,
      'gm',
    ),
  );
  const properties = all(new RegExp(String.raw`\bdef\s+${word}\(self\)[^:\n]*:\s+return\s+([^\n]{1,200})`, 'g'));
  const prefix = /\benv_prefix["']?\s*[=:]\s*["'](\w{0,40})["']/.exec(text)?.[1] ?? '';
  return [
    ...fields.map(
      (fallback) => `os.getenv("${`${prefix}${name}`.toUpperCase()}", ${/^(?:True|False)$/.test(fallback) ? `"${fallback}"` : fallback})`,
    ),
    ...properties.map((returned) => returned.replaceAll(/\bself\./g, 'settings.')),
  ];
}

function only(found: readonly string[]): Expression | undefined {
  const different = new Set(found.map((one) => one.replaceAll(/\s+/g, ' ')));
  const [first] = found;
  return different.size === 1 && first !== undefined ? parseExpression(first) : undefined;
}

function escaped(name: string): string {
  return name.replaceAll(/[^\w]/g, String.raw`\$&`);
}
