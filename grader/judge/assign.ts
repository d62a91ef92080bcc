/** Bipartite matching: gives out partners so that as many as possible have one. */

/**
 * For each left 0 … lefts-1 the right (0 … rights-1) it was given, or undefined. The number of partners is the
 * greatest possible (augmenting paths, breadth first; Kuhn 1955). `fits` is asked at most once a pair.
 */
export function assign(
  lefts: number,
  rights: number,
  fits: (left: number, right: number) => boolean,
): (number | undefined)[] {
  const given: (number | undefined)[] = new Array(lefts).fill(undefined);
  const holders = new Map<number, number>();
  const asked = Array.from({ length: lefts }, () => new Map<number, boolean>());
  const suits = (left: number, right: number): boolean => {
    const known = asked[left]?.get(right);
    if (known !== undefined) return known;
    const answer = fits(left, right);
    asked[left]?.set(right, answer);
    return answer;
  };
  const augment = (start: number): void => {
    const reachedFrom = new Map<number, number>();
    const queue = [start];
    for (const left of queue) {
      for (let right = 0; right < rights; right += 1) {
        if (reachedFrom.has(right) || !suits(left, right)) continue;
        reachedFrom.set(right, left);
        const holder = holders.get(right);
        if (holder === undefined) {
          passOn(right, reachedFrom);
          return;
        }
        queue.push(holder);
      }
    }
  };
  /** Everybody on the path takes the right that reached them and frees the one they held. */
  const passOn = (free: number, reachedFrom: ReadonlyMap<number, number>): void => {
    let right: number | undefined = free;
    while (right !== undefined) {
      const left = reachedFrom.get(right);
      if (left === undefined) return;
      const freed: number | undefined = given[left];
      given[left] = right;
      holders.set(right, left);
      right = freed;
    }
  };
  for (let left = 0; left < lefts; left += 1) augment(left);
  return given;
}
