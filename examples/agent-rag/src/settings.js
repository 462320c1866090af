/** An address from the environment, of one of these protocols. A wrong one ends the service before it listens. */
export function urlFrom(name, protocols) {
  const value = process.env[name] ?? '';
  const protocol = /^([a-z]+):\/\/[^/\s]+/.exec(value)?.[1];
  if (!protocols.includes(protocol)) throw new Error(`${name} must be a URL that begins with ${protocols.join(':// or ')}://`);
  return value;
}
