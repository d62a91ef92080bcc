/** What a command may know of the terminal it runs in. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Standard output and standard error are terminals that people look at. */
  outIsTerminal: boolean;
  errIsTerminal: boolean;
  color: boolean;
  unicode: boolean;
  /** Columns. */
  width: number;
  cwd: string;
}
