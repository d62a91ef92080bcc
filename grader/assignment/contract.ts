/** The contract of an assignment (`assignments/<id>/assignment.json`), as a schema. */
import { z } from 'zod';

const port = z.strictObject({
  transport: z.enum(['tcp', 'udp']),
  protocol: z.string().describe('Name of the protocol that is spoken there.'),
  opener: z
    .enum(['subject', 'grader'])
    .describe('Who listens: the program under test, or the grader (the program calls).'),
  textbook: z.number().int().min(1).max(65535).describe('Port that the lecture uses.'),
});

const count = z.number().int().positive();

export const contract = z.strictObject({
  $schema: z.string().optional(),
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  title: z.string().min(1),
  says: z.string().min(1).describe('The task in one sentence.'),
  role: z.enum(['server', 'client']).describe('A server runs and is called; a client is run once a check.'),
  program: z.string().describe('Name of an executable that is looked for in a submission.'),
  arguments: z.array(z.string()),
  ports: z.record(z.string(), port).refine(ports => Object.keys(ports).length > 0, 'at least one port'),
  knobs: z
    .record(z.string(), z.strictObject({ default: z.string(), says: z.string() }))
    .optional()
    .describe('Environment variables that the program reads.'),
  values: z
    .record(z.string(), z.string())
    .optional()
    .describe('Placeholder -> text that is always the same, e.g. a host name.'),
  folders: z
    .record(z.string(), z.record(z.string(), z.union([z.string(), z.strictObject({ random: count })])))
    .optional()
    .describe(
      'Placeholder -> path -> text, or so many bytes that are always the same; a path that ends in "/" is a folder.',
    ),
  hosts: z
    .record(z.string(), z.string().regex(/^\d{1,3}(\.\d{1,3}){3}$/))
    .optional()
    .describe(
      'Placeholder -> address of a host that the grader plays; the open room gives one of 127/8 instead.',
    ),
  limits: z
    .strictObject({
      readyMs: count.optional().describe('Time to open the port.'),
      idleMs: count.optional().describe('Given up sooner when it only sleeps, without a socket.'),
      wallMs: count.optional().describe('Isolated room: one run of the program.'),
      cpuMs: count.optional().describe('Isolated room: processor time of all its processes.'),
      memoryMb: count.optional().describe('Isolated room: of all its processes.'),
      processes: count.optional().describe('Isolated room: processes and threads.'),
      openFiles: count.optional().describe('Isolated room: of one process.'),
      fileMb: count.optional().describe('Isolated room: one file.'),
      diskMb: count.optional().describe('Isolated room: all that it writes.'),
    })
    .optional(),
  topics: z.array(z.string()).min(1).describe('Files of fixtures/checks/<id>/, in the order of the report.'),
});
export type Contract = z.infer<typeof contract>;
export type PortSpec = z.infer<typeof port>;
