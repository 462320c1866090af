/**
 * A value of a compose file as written: `literal` stands there itself; `default` is what stands there when nobody sets the
 * variable; `indirect` comes from elsewhere.
 * https://docs.docker.com/reference/compose-file/interpolation/
 */
export type Written =
  | { readonly how: 'literal'; readonly value: string }
  | { readonly how: 'default'; readonly variable: string; readonly value: string }
  | { readonly how: 'indirect' };

export function written(value: string): Written {
  const whole = /^\$\{(\w+):?-([^{}]*)\}$/.exec(value);
  if (whole) {
    const fallback = whole[2] ?? '';
    return fallback === '' || fallback.includes('$') ? { how: 'indirect' } : { how: 'default', variable: whole[1] ?? '', value: fallback };
  }
  // `$$` is a dollar sign: https://docs.docker.com/reference/compose-file/interpolation/
  return /(?:^|[^$])\$(?:\{|\w)/.test(value) ? { how: 'indirect' } : { how: 'literal', value: value.replaceAll('$$', '$') };
}
