/**
 * The summary of a graded class, as the JSON that grade books and pages are made from. Published as
 * `fixtures/schema/summary.schema.json`; `format` rises when it changes so that an old reader would
 * misread it. It holds no time of day: grading nothing anew writes the same bytes again.
 */
import { z } from 'zod';
import { checkResult, result } from './result.ts';

export const summaryFormat = 'wiremark/summary/1';

const count = z.number().int();

const check = z.strictObject({
  ...checkResult.pick({ id: true, title: true, topic: true, level: true, points: true }).shape,
  met: count,
  unmet: count,
  unreached: count,
  void: count,
  unsteady: count.describe('Of those met: failed beside others, then met alone.'),
});

const student = z.strictObject({
  student: z.string(),
  origin: z.string().describe('Where the submission was found.'),
  status: z
    .enum(['graded', 'void', 'not-graded', 'not-built', 'not-started', 'missing', 'unreadable'])
    .describe(
      'void: some checks could not be judged; not-graded: none could. Both are the trouble of the machine, to run again. The last four need a person.',
    ),
  earned: z.number().optional().describe('Only of those graded, as are the other numbers of marks.'),
  of: z.number().optional(),
  bonus: z.number().optional(),
  met: count.optional().describe('Checks, of `checks`.'),
  checks: count.optional(),
  seed: z.string(),
  key: z.string(),
  ms: z.number(),
  says: z.string().optional().describe('Why there are no marks.'),
});

export const summary = z.strictObject({
  format: z.literal(summaryFormat),
  assignment: result.shape.assignment,
  grader: result.shape.grader,
  room: result.shape.room,
  selection: result.shape.selection,
  counts: z.strictObject({
    submissions: count,
    graded: count,
    needsYou: count.describe('Could not be read, built or started.'),
    void: count.describe('To run again.'),
  }),
  marks: z
    .strictObject({
      median: z.number(),
      mean: z.number(),
      quartiles: z
        .tuple([z.number(), z.number()])
        .describe('The first and the third; between ranks, interpolated.'),
      least: z.number(),
      most: z.number(),
      full: count.describe('Full marks; bonus does not count.'),
    })
    .optional()
    .describe('Over the graded submissions; left out where there is none.'),
  checks: z.array(check).describe('Counts of the submissions that were played: graded and void ones.'),
  students: z.array(student).describe('By the name of the student.'),
});

export type ClassSummary = z.infer<typeof summary>;
export type StudentRow = z.infer<typeof student>;
export type CheckRow = z.infer<typeof check>;
