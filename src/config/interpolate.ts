/** The outcome of filling one text: the result, or what is wrong with it. */
export type Filled =
  | { readonly state: 'filled'; readonly text: string; readonly used: boolean }
  | { readonly state: 'bad'; readonly what: string; readonly repair: string };

const EXPRESSION = /\$\$|\$\{\{|\$\{([^}]*)\}|\$\{/g;
const VARIABLE = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:-|:\?)(.*))?$/s;

/**
 * Fills `${VAR}`, `${VAR:-default}` and `${VAR:?message}` from `env`; `$$` is a dollar sign.
 * As in Compose, `:-` and `:?` take an empty variable for an unset one. `$VAR` is left for the shell.
 */
export function interpolate(text: string, env: Readonly<Record<string, string>>): Filled {
  let bad: { what: string; repair: string } | undefined;
  let used = false;
  const filled = text.replace(EXPRESSION, (whole: string, body: string | undefined) => {
    used = true;
    if (whole === '$$') return '$';
    const value = body === undefined ? unclosed(whole) : valueOf(body, env);
    if (typeof value === 'string') return value;
    bad ??= value;
    return '';
  });
  return bad ? { state: 'bad', ...bad } : { state: 'filled', text: filled, used };
}

function unclosed(whole: string): { what: string; repair: string } {
  if (whole === '${{') {
    return {
      what: '`${{ … }}` is an expression of GitHub Actions, which is not evaluated here',
      repair: 'set a variable with `env:` in the workflow and write `${NAME}` here',
    };
  }
  return { what: '`${` is not closed', repair: 'write `${NAME}`, or `$${` for the two characters themselves' };
}

function valueOf(body: string, env: Readonly<Record<string, string>>): string | { what: string; repair: string } {
  const match = VARIABLE.exec(body);
  const [, name = '', operator, rest = ''] = match ?? [];
  if (!match) {
    return {
      what: `\`\${${body}}\` is not understood`,
      repair: `write \${NAME}, \${NAME:-default} or \${NAME:?message}; \`$\${${body}}\` leaves it for the shell`,
    };
  }
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (operator === undefined) return value ?? unset(name, `the environment variable ${name} is not set`);
  if (value !== undefined && value !== '') return value;
  return operator === ':-' ? rest : unset(name, rest === '' ? `the environment variable ${name} is not set` : `${name}: ${rest}`);
}

function unset(name: string, what: string): { what: string; repair: string } {
  return { what, repair: `set ${name}, give a default with \`\${${name}:-default}\`, or leave it for the shell with \`$\${${name}}\`` };
}
