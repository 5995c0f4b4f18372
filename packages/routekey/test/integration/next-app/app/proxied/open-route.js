import { runs } from '../../runs.js'

/** Guards nothing by itself: what refuses here is the proxy. */
export async function openRoute(request) {
  runs.proxied += 1
  return Response.json({ body: await request.text() }, { headers: { 'cache-control': 'public' } })
}
