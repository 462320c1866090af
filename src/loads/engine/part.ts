/** The part of a load that one of several threads does: every so many-eth user is its own, so that who walks holds on to its connections. */
export interface Part {
  /** From 0. */
  readonly index: number;
  readonly of: number;
}

export const WHOLE: Part = { index: 0, of: 1 };

/** How many of the users are the part's. */
export function usersIn({ index, of }: Part, users: number): number {
  return Math.max(0, Math.ceil((users - index) / of));
}

/** Whose part a user is. */
export function partOf(user: number, of: number): number {
  return user % of;
}

/** Who walks in the part's own `index`-th arrival, where users walk in turn: the user's number among all, and its how many-eth walk. */
export function turnIn({ index: part, of }: Part, users: number, index: number): { user: number; walk: number } {
  const own = usersIn({ index: part, of }, users);
  return { user: part + of * (index % own), walk: Math.floor(index / own) };
}

/** How many of `total` arrivals of users in turn are the part's. */
export function askedOf(part: Part, users: number, total: number): number {
  return usersIn(part, users) * Math.floor(total / users) + usersIn(part, total % users);
}

/** Of arrivals of users in turn, the part's own. All parts together have every arrival once, each at its time. */
export function* arrivalsIn<Due>(arrivals: Iterable<Due>, part: Part, users: number): Generator<Due, void, undefined> {
  let index = 0;
  for (const due of arrivals) {
    if (partOf(index % users, part.of) === part.index) yield due;
    index += 1;
  }
}
