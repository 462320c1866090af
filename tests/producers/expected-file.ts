/** The file beside the fixtures of a format that says what is in them. */
export const EXPECTED = 'expected.json';
