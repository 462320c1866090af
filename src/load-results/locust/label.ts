/** A name is what a request is called; other methods than GET are told apart by it. */
export function labelOf(method: string, name: string): string {
  return method === '' || method === 'GET' ? name : `${method} ${name}`;
}
