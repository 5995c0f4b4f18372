import { runs } from '../../../runs.js'

export async function handle(request, { caller }) {
  runs.app += 1
  return Response.json({ caller, body: await request.text() }, { headers: { 'cache-control': 'public' } })
}
