import { log } from './log.ts'

/**
 * What Next.js writes to stderr about a request whose body is too large, which the proxy refuses, and Supabase's client about a session that
 * `guardRefresh` has refused, which anyone can send.
 */
const callerFault = /^(?:Request body exceeded |Error \[AuthApiError\]: The session was not refreshed\n)/

/**
 * Turns everything that the process prints into lines of JSON, so that no input can forge a line of the log: Next.js prints errors
 * with their stacks, and parts of addresses in them.
 *
 * Call it once, when the process starts.
 */
export function structureOutput(): void {
  for (const [stream, level] of [
    [process.stdout, 'info'],
    [process.stderr, 'error'],
  ] as const) {
    const write = stream.write.bind(stream)
    stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
      if (isJsonLine(text)) return Reflect.apply(write, stream, [text, ...rest])
      // The log writes a line, which comes back here.
      if (text.trim() !== '') log(callerFault.test(text) ? 'warn' : level, 'process.output', { text: text.trim() })
      const callback = rest.findLast((value) => typeof value === 'function')
      if (callback !== undefined) Reflect.apply(callback, undefined, [])
      return true
    }
  }
  // By default, Node writes warnings to the file descriptor.
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message }) => log('warn', 'process.warning', { text: `${name}: ${message}` }))
}

/** Whether a text is one line of JSON, as the log writes it. */
function isJsonLine(text: string): boolean {
  if (!text.startsWith('{') || text.indexOf('\n') !== text.length - 1) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
