import { envSecret } from 'routekey'
import { guardPaths } from 'routekey/next-proxy'

const verifier = envSecret('NEXT_PATHS_SECRET')

export const proxy = guardPaths({
  '/app-page': verifier,
  '/app-route': verifier,
  '/pages-page': verifier,
  '/pages-static': verifier,
  '/api/pages-api': verifier,
})
