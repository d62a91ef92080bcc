/**
 * How a report may look: what the terminal can show, and the few colours and marks that reports use.
 * Colour only carries what a mark or a word already says, so a report without it says the same.
 */
import picocolors from 'picocolors';
import type { CheckResult } from './result.ts';

export interface Style {
  color: boolean;
  /** The terminal shows UTF-8; otherwise everything is printed in ASCII. */
  unicode: boolean;
  /** Columns of the terminal. */
  width: number;
}

type Brush = (text: string) => string;
export interface Paint {
  bold: Brush;
  dim: Brush;
  red: Brush;
  green: Brush;
  yellow: Brush;
  cyan: Brush;
}

export function paint(style: Pick<Style, 'color'>): Paint {
  const { bold, dim, red, green, yellow, cyan } = picocolors.createColors(style.color);
  return { bold, dim, red, green, yellow, cyan };
}

type Verdict = CheckResult['verdict'];

const marks: Readonly<Record<Verdict, { unicode: string; ascii: string }>> = {
  met: { unicode: '✓', ascii: 'ok' },
  unmet: { unicode: '✗', ascii: 'FAIL' },
  unreached: { unicode: '·', ascii: '-' },
  void: { unicode: '?', ascii: 'void' },
};

/** Mark of a verdict, without colour: its width counts. */
export const markOf = (verdict: Verdict, style: Pick<Style, 'unicode'>): string =>
  marks[verdict][style.unicode ? 'unicode' : 'ascii'];

export function brushOf(verdict: Verdict, style: Pick<Style, 'color'>): Brush {
  const { green, red, dim, yellow } = paint(style);
  return { met: green, unmet: red, unreached: dim, void: yellow }[verdict];
}

/** Punctuation of the report itself. */
export function signs(style: Pick<Style, 'unicode'>): { dot: string; ellipsis: string } {
  return style.unicode ? { dot: ' · ', ellipsis: '…' } : { dot: ' - ', ellipsis: '...' };
}
