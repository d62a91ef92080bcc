/**
 * The result of grading one program, as the JSON that everything else is made from: reports, grade
 * books, pictures. Published as `fixtures/schema/result.schema.json`; `format` rises when it changes so
 * that an old reader would misread it.
 */
import { z } from 'zod';

export const resultFormat = 'wiremark/result/1';

const verdict = z.enum(['met', 'unmet', 'unreached', 'void']);
const level = z.enum(['must', 'should', 'bonus']);

/** Bytes that passed: as text where they are UTF-8, else in base64; long ones are cut in the middle. */
const data = z.strictObject({
  text: z.string().optional(),
  base64: z.string().optional(),
  length: z.number().int().describe('Bytes that passed.'),
  elided: z.number().int().optional().describe('Bytes left out after `head`.'),
  head: z.number().int().optional().describe('Bytes before the cut.'),
});

export const event = z.strictObject({
  at: z.number().describe('Milliseconds since the check began.'),
  channel: z.string().describe('Connection, socket or actor; "" for the program itself.'),
  by: z.enum(['grader', 'subject']),
  kind: z.enum([
    'open',
    'data',
    'end',
    'reset',
    'close',
    'refused',
    'dropped',
    'run',
    'exit',
    'signal',
    'note',
  ]),
  data: data.optional(),
  peer: z.string().optional().describe('Other end of a datagram, "address:port".'),
  text: z.string().optional(),
});

const difference = z.strictObject({
  path: z.string(),
  expected: z.string(),
  got: z.string(),
  offset: z.number().int().optional().describe('First differing byte.'),
  caret: z.number().int().optional().describe('Index in `got` where the mark goes.'),
});

export const checkResult = z.strictObject({
  id: z.string(),
  title: z.string(),
  topic: z.string(),
  level,
  points: z.number(),
  earned: z.number(),
  verdict,
  credit: z.strictObject({ k: z.number().int(), n: z.number().int() }).optional(),
  unsteady: z.literal(true).optional().describe('Failed beside others, then met alone.'),
  waitsFor: z.string().optional().describe('Unreached: the check that it needs.'),
  ms: z.number().describe('Milliseconds that the deciding run took.'),
  failure: z
    .strictObject({
      says: z.string(),
      difference: difference.optional(),
      channel: z.string().optional(),
      step: z.number().int().describe('Index of the step, from 0.'),
      program: z.strictObject({ ending: z.string(), stderr: z.string() }).optional(),
    })
    .optional(),
  hint: z.string().optional(),
  source: z.array(z.string()),
  byHand: z.string().optional(),
  transcript: z.array(event).optional(),
});

export const problem = z.strictObject({
  kind: z
    .enum([
      'taken',
      'machine',
      'unstartable',
      'ended',
      'elsewhere',
      'never',
      'build',
      'missing',
      'unreadable',
    ])
    .describe(
      'missing: nothing was found that could be started; unreadable: the submission itself could not be taken in.',
    ),
  says: z.string(),
  advice: z.array(z.string()),
  output: z.string().describe('Its last lines.'),
});

export const result = z.strictObject({
  format: z.literal(resultFormat),
  grader: z.strictObject({
    version: z.string(),
    fixtures: z.string().describe('Hash of contract and checks.'),
  }),
  assignment: z.strictObject({ id: z.string(), title: z.string(), role: z.enum(['server', 'client']) }),
  command: z.array(z.string()).describe('As it was started, with the values of the first run.'),
  room: z.enum(['open', 'isolated']),
  seed: z.string(),
  slow: z.number(),
  startedAt: z.string().describe('ISO 8601, UTC.'),
  ms: z.number(),
  selection: z.array(z.string()).optional().describe('Checks asked for by --only; all when left out.'),
  submission: z
    .strictObject({
      student: z.string().describe('Id taken from the name of the submission; safe as the name of a folder.'),
      origin: z.string().describe('Where it was found, for people.'),
      key: z.string().describe('Hash of its content, the fixtures, the grader and the seed.'),
      content: z.string().describe('Hash of its content alone.'),
    })
    .optional()
    .describe('Only where a whole class was graded.'),
  build: z
    .strictObject({
      command: z.array(z.string()),
      ok: z.boolean(),
      seconds: z.number(),
      output: z.string().describe('What the compiler printed, head and tail.'),
    })
    .optional(),
  outcome: z
    .enum(['graded', 'not-built', 'not-started', 'not-graded'])
    .describe(
      'not-built and not-started: the submission is at fault; not-graded: the machine is (a taken port).',
    ),
  problem: problem.optional(),
  notes: z
    .array(z.string())
    .describe('What a reader should know: a flood of output, an unused placeholder …'),
  score: z.strictObject({
    earned: z.number(),
    of: z.number(),
    bonus: z.number(),
    bonusOf: z.number(),
  }),
  checks: z.array(checkResult),
});

export type Result = z.infer<typeof result>;
export type CheckResult = z.infer<typeof checkResult>;
export type ResultEvent = z.infer<typeof event>;
export type ResultProblem = z.infer<typeof problem>;
