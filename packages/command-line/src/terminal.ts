/** What a command gets from the process, so that tests can give it something else. */
export interface Terminal {
  /** The directory in which relative paths start. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Writes a result to stdout, as it is. */
  readonly print: (text: string) => void
  /** Writes a message to stderr, as one line. It never gets a secret. */
  readonly say: (message: string) => void
}

/** The terminal of a process. */
export interface ProcessTerminal extends Terminal {
  /** Aborted when nobody reads stdout any more, as in `… | head -1`. Nothing is written then. */
  readonly closed: AbortSignal
}

/** 128 + SIGPIPE, which is how a shell reports a process whose output nobody reads. Node.js ignores the signal itself. */
const closedPipeExitCode = 141

/** Creates the terminal of a process. A closed pipe ends the output quietly, and the process with 141. */
export function createTerminal(from: NodeJS.Process): ProcessTerminal {
  const closing = new AbortController()
  const closed = closing.signal
  from.stdout.on('error', (error: Error) => {
    if (!isClosedPipe(error)) throw error
    if (closed.aborted) return
    // At the exit, because the command may still set its own code.
    from.once('exit', () => {
      from.exitCode = closedPipeExitCode
    })
    closing.abort()
  })
  // Messages are lost, but not the results.
  from.stderr.on('error', (error: Error) => {
    if (!isClosedPipe(error)) throw error
  })
  return {
    cwd: from.cwd(),
    env: from.env,
    closed,
    print: (text) => {
      if (!closed.aborted) from.stdout.write(text)
    },
    say: (message) => {
      if (!closed.aborted) from.stderr.write(`${message}\n`)
    },
  }
}

function isClosedPipe(error: Error): boolean {
  return 'code' in error && error.code === 'EPIPE'
}
