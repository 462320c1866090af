const STOP = new Set('a an and are as at be by can do does for from has have how i if in into is it its many me my of on or our so than that the their them then there this to was we what when where which who why will with you your'.split(' '));

/** Words that carry meaning, without a plural `s`. */
export function words(text) {
  return (text.toLowerCase().match(/[a-z0-9]+/g) ?? []).filter((word) => !STOP.has(word)).map((word) => word.replace(/(?<=..[^s])s$/, ''));
}

/** Words, signs and numbers (three digits each, and the space before them): what `o200k_base` makes of plain English, more or less. */
export function countTokens(text) {
  return (text.match(/[a-z_]+|\d{1,3}| (?=\d)|[^\w\s]/gi) ?? []).length;
}

/** 32 bits that are the same for the same text (FNV-1a). */
export function hash(text) {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}
