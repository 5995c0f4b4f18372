import { text } from 'node:stream/consumers'

import { runs } from './runs.js'

export async function handle(request, response, { caller }) {
  runs.pages += 1
  response.setHeader('cache-control', 'public')
  response.status(200).json({ caller, body: await text(request) })
}
