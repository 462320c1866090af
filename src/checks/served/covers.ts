/** Is a certificate for this host name? Alternative names alone count: https://www.rfc-editor.org/rfc/rfc9525#section-6.3 */
export function covers({ names }: { readonly names: readonly string[] }, host: string): boolean {
  const asked = host.toLowerCase();
  return names.some((entry) => {
    const dns = /^DNS:(.+)$/.exec(entry)?.[1]?.toLowerCase().replaceAll('"', '');
    if (dns === undefined) return /^IP Address:(.+)$/.exec(entry)?.[1] === asked;
    if (!dns.startsWith('*.')) return dns === asked;
    const rest = asked.slice(asked.indexOf('.') + 1);
    return asked.includes('.') && rest.includes('.') && rest === dns.slice(2);
  });
}
