// Every combination of the values of some axes: what “all observations” and “all memories” are made of.

type Axes = Readonly<Record<string, readonly unknown[]>>;
export type Combination<A extends Axes> = { readonly [Name in keyof A]: A[Name][number] };

export function combinations<const A extends Axes>(axes: A): readonly Combination<A>[] {
  let found: Readonly<Record<string, unknown>>[] = [{}];
  for (const [name, values] of Object.entries(axes))
    found = found.flatMap((before) => values.map((value) => ({ ...before, [name]: value })));
  return found as unknown as readonly Combination<A>[];
}
