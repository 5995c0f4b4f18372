// Runs a block of a document as a module of its project, sends the requests of its note, and reports the statuses to its parent.
import { registerHooks } from 'node:module'
import { Server } from 'node:net'
import { pathToFileURL } from 'node:url'

const { file, requests, body, credentials } = JSON.parse(process.argv[2])
const root = pathToFileURL(`${process.cwd()}/`)

// As bundlers resolve: `@/` is the root of the project, and paths have no extension.
registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'next/server') return next('next/server.js', context)
    const path = specifier.startsWith('@/') ? new URL(specifier.slice(2), root).href : specifier
    const isOwn = /^(?:\.|file:)/.test(path) && !/\.\w+$/.test(path) && context.parentURL?.startsWith(root.href)
    return next(isOwn && !context.parentURL.includes('/node_modules/') ? `${path}.ts` : path, context)
  },
})

// Each server of a block listens on a free port of the loopback address, not on the port that the block names.
const listening = []
const { value: listen } = Object.getOwnPropertyDescriptor(Server.prototype, 'listen')
Server.prototype.listen = function listenOnLoopback(...options) {
  listening.push(new Promise((resolve) => this.once('listening', () => resolve(this.address().port))))
  const callback = options.find((option) => typeof option === 'function')
  return listen.call(this, 0, '127.0.0.1', callback)
}

const block = await import(new URL(file, root).href)
const ports = await Promise.all(listening)

/** Sends a request to each server that the block started or exports. */
async function send(line, headers) {
  const [method, path] = line.split(' ')
  if (method === 'WebSocket') return Promise.all(ports.map((port) => openSocket(port, path, headers)))
  const init = { method, headers, ...(method === 'GET' ? {} : { body }) }
  const handler = block[method]
  const app = block.default
  const responses = await Promise.all([
    ...ports.map((port) => fetch(`http://127.0.0.1:${port}${path}`, init)),
    ...(app?.fetch ? [app.fetch(new Request(`http://localhost${path}`, init), process.env)] : []),
    ...(handler ? [handler(new Request(`http://localhost${path}`, init), { params: Promise.resolve({}) })] : []),
  ])
  return responses.map(({ status }) => status)
}

/** Opens a WebSocket with the key in the query. Returns the status of the response to the upgrade. */
async function openSocket(port, path, headers) {
  const { WebSocket } = await import('ws')
  const query = headers['x-api-key'] ? `?API_ROUTE_SECRET=${encodeURIComponent(headers['x-api-key'])}` : ''
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}${query}`)
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(101))
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode))
    socket.once('error', reject)
  })
}

const exported = Object.keys(block).filter((name) => /^(?:GET|POST|PUT|PATCH|DELETE)$/.test(name))
const lines = [...requests, ...exported.map((method) => `${method} /`)]
const report = {
  hasServer: ports.length > 0 || block.default?.fetch !== undefined,

  answers: await Promise.all(
    lines.map(async (line) => ({
      line,
      refused: await send(line, {}),
      accepted: await Promise.all(credentials.map((headers) => send(line, headers))),
    })),
  ),
}
await new Promise((resolve) => process.send(report, resolve))
process.exit()
