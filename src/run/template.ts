import { mapStrings, type Json } from '../lib/json.ts';
import { GauntletError } from '../model/errors.ts';

const PLACEHOLDER = /\{\{\s*([\w.-]+)\s*\}\}/g;

/** Fills `{{name}}` from the given values; a name that nothing answers to is an error, never an empty text. */
export function fillTemplate(text: string, values: Readonly<Record<string, string>>): string {
  if (!text.includes('{{')) return text;
  return text.replace(PLACEHOLDER, (_, name: string) => {
    const value = values[name];
    if (value !== undefined) return value;
    throw new GauntletError(`nothing is called {{${name}}} here`, {
      kind: 'config',
      hint: `use one of: ${namesIn(values)
        .sort()
        .map((known) => `{{${known}}}`)
        .join(', ')}`,
    });
  });
}

/** The filled text where all that it names is given; `undefined` where something of it is known only later. */
export function fillFixed(text: string, values: Readonly<Record<string, string>>): string | undefined {
  if (!text.includes('{{')) return text;
  const isKnown = [...text.matchAll(PLACEHOLDER)].every(([, name = '']) => values[name] !== undefined);
  return isKnown ? fillTemplate(text, values) : undefined;
}

/** Fills every string inside a JSON value. */
export function fillJson(value: Json, values: Readonly<Record<string, string>>): Json {
  return mapStrings(value, (text) => fillTemplate(text, values));
}

/** Inherited names too: what stays the same for many steps is a prototype. */
function namesIn(values: Readonly<Record<string, string>>): string[] {
  const names: string[] = [];
  for (const name in values) names.push(name);
  return names;
}
