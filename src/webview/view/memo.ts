import { type Component, createElement, type FunctionComponent } from 'preact';

const same = (a: object, b: object) => {
  const [before, after] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return Object.keys(after).every(key => before[key] === after[key]);
};

/** Draws again only when a prop is another object: items never change, so old rows are never drawn again. */
export function memo<P extends object>(
  Draw: FunctionComponent<P>,
  isSame: (before: P, after: P) => boolean = same,
): FunctionComponent<P> {
  function Memo(this: Component<P>, props: P) {
    this.shouldComponentUpdate = next => !isSame(this.props as P, next as P);
    return createElement(Draw, props);
  }
  return Memo as FunctionComponent<P>;
}
