import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { findFreePort } from '@routekey/sandbox'

const passedHeaders = ['apikey', 'authorization', 'content-type', 'accept', 'prefer']

/**
 * Starts a proxy in front of a server that responds 500 on the paths in `failing` and late on the paths in `slow`. It does not
 * respond 503, because `supabase-js` retries that for seven seconds.
 *
 * @param options.failing the paths, which can change while it runs; default none
 * @param options.refused the error codes of Supabase Auth by path, which are answered with status 429; default none
 * @param options.load counts the requests to the slow paths that are answered at once; default none
 * @param options.seen gets the path of each request
 * @param options.slow the paths that wait for `delayMs`; default none
 */
export async function startFaultProxy(
  target: string,
  options: {
    failing?: ReadonlySet<string>
    refused?: ReadonlyMap<string, string>
    seen?: string[]
    slow?: RegExp
    delayMs?: number
    load?: { now: number; maximum: number }
  },
): Promise<{ url: string; stop: () => void }> {
  const server = createServer((request, response) => {
    const body: Buffer[] = []
    request.on('data', (chunk: Buffer) => body.push(chunk))
    request.on('end', () => {
      answer(request.url ?? '/', request.method ?? 'GET', request.headers, Buffer.concat(body)).then(
        ({ status, type, text }) => response.writeHead(status, { 'content-type': type }).end(text),
        () => response.destroy(),
      )
    })
  })

  async function answer(path: string, method: string, sent: NodeJS.Dict<string | string[]>, body: Buffer) {
    options.seen?.push(path)
    if (options.slow?.test(path) === true) {
      const { load = { now: 0, maximum: 0 } } = options
      load.now += 1
      load.maximum = Math.max(load.maximum, load.now)
      await sleep(options.delayMs)
      load.now -= 1
    }
    if (options.failing?.has(path) === true)
      return { status: 500, type: 'application/json', text: '{"message":"out of order"}' }
    const code = options.refused?.get(path)
    if (code !== undefined) {
      const text = JSON.stringify({ code: 429, error_code: code, msg: 'Limit reached' })
      return { status: 429, type: 'application/json', text }
    }
    const headers = passedHeaders.flatMap((name) => (sent[name] === undefined ? [] : [[name, String(sent[name])]]))
    const init = { method, headers: Object.fromEntries(headers), ...(body.length > 0 && { body: body.toString() }) }
    const passed = await fetch(target + path, init)
    const type = passed.headers.get('content-type') ?? 'application/json'
    return { status: passed.status, type, text: await passed.text() }
  }

  const port = await findFreePort()
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
