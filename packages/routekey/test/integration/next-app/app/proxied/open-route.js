import { runs } from '../../runs.js'

/** Has no guard of its own: only the proxy refuses requests. */
export async function openRoute(request) {
  runs.proxied += 1
  return Response.json(
    { body: await request.text() },
    { headers: { 'cache-control': 'public', vary: 'accept-language' } },
  )
}
