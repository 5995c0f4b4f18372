import { type IncomingHttpHeaders, request } from 'node:http'

/** A raw HTTP response. */
export interface RawResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly json: () => unknown
}

/**
 * Sends one request with `node:http`, which keeps what `fetch` merges, refuses or adds: repeated headers, any method, a body
 * with GET.
 *
 * @param options.headers names and values in turn, so that a name can repeat
 */
export async function send(
  url: string,
  options: { method?: string; headers?: string[]; body?: string } = {},
): Promise<RawResponse> {
  const { method = 'POST', headers = [], body } = options
  const { host } = new URL(url)
  const length = body === undefined ? [] : ['content-length', String(Buffer.byteLength(body))]
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method, headers: ['host', host, ...headers, ...length], agent: false },
      (incoming) => {
        let text = ''
        incoming.setEncoding('utf8')
        incoming.on('data', (chunk: string) => (text += chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const parse = (): unknown => JSON.parse(text)
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text, json: parse })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
