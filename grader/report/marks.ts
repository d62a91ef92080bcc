/** Marks of a list of what is there and what is not. */
import { padEnd } from './layout.ts';
import { brushOf, markOf, type Style } from './style.ts';
import { columns } from './visible.ts';

/** There; missing; missing, and it goes without. */
export type Mark = 'yes' | 'no' | 'without';

const verdicts = { yes: 'met', no: 'unmet', without: 'unreached' } as const;

/** Coloured, and all of one width. */
export const marked = (mark: Mark, style: Style): string =>
  brushOf(verdicts[mark], style)(padEnd(markOf(verdicts[mark], style), markWidth(style)));

/** Columns. */
export const markWidth = (style: Style): number =>
  Math.max(...Object.values(verdicts).map(name => columns(markOf(name, style))));
