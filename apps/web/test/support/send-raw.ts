import { connect } from 'node:net'

/** What a server wrote before it closed the connection. */
export interface RawAnswer {
  /** 0 if the server closed the connection without an answer. */
  readonly status: number
  /** The status line and the header fields. */
  readonly head: string
  readonly body: string
  /** From the connection to its end, in milliseconds. */
  readonly durationMs: number
}

/**
 * Writes bytes to a server as they are, which an HTTP client would tidy or refuse, and reads until the connection ends.
 * It closes the connection itself if the server waits for more.
 *
 * @param text in Latin-1, a byte for each character
 */
export async function sendRaw(url: string, text: string): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    let output = ''
    const socket = connect(Number(port), hostname)
    socket.setEncoding('latin1')
    socket.on('connect', () => socket.write(text, 'latin1'))
    socket.on('data', (data) => (output += data))
    socket.setTimeout(60_000, () => socket.destroy(new Error(`No answer for a minute: ${text.slice(0, 200)}`)))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // The server may close while the rest is written.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
    socket.on('close', () => {
      // An interim answer to `Expect` comes before the answer.
      output = output.replace(/^HTTP\/1\.1 100 [^]*?\r\n\r\n/, '')
      const end = output.indexOf('\r\n\r\n')
      resolve({
        status: Number(/^HTTP\/1\.1 (\d{3})/.exec(output)?.[1] ?? 0),
        head: end === -1 ? output : output.slice(0, end),
        body: end === -1 ? '' : output.slice(end + 4),
        durationMs: performance.now() - startedAt,
      })
    })
  })
}

/** Writes a request with its body, after which the server is to close the connection. */
export function rawRequest(
  target: string,
  { method = 'GET', headers = [], body = '' }: { method?: string; headers?: readonly string[]; body?: string } = {},
): string {
  const hasHost = headers.some((line) => /^host:/i.test(line))
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(hasHost ? [] : ['Host: localhost']),
    'Connection: close',
    ...headers,
    ...(body === '' ? [] : [`Content-Length: ${body.length}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}
