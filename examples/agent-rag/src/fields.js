import { HttpError } from './service.js';

const invalid = (name) => new HttpError(422, `invalid_${name}`);

export function text(value, name, most = 2000) {
  if (typeof value !== 'string' || value.trim() === '' || value.length > most) throw invalid(name);
  return value;
}

export function word(value, name) {
  if (typeof value !== 'string' || !/^[\w.@:-]{1,100}$/.test(value)) throw invalid(name);
  return value;
}

export function uuid(value, name) {
  if (typeof value !== 'string' || !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) throw invalid(name);
  return value;
}

export function oneOf(value, allowed, name) {
  if (!allowed.includes(value)) throw invalid(name);
  return value;
}

export function share(value, name) {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) throw invalid(name);
  return value;
}
