/** Switches that put a known defect into the system, each with the catalogue row that should find it. */
export const DEFECTS: Readonly<Record<string, { readonly row: string; readonly does: string }>>;
