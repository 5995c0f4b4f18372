import { problemResponse } from '#server/problem-response.ts'

const notFound = () => problemResponse(404, 'No such route.')

// routekey-audit: public, it only says that a path is unknown
/** Responds to `/api` and unknown paths below it, which would otherwise be pages and run server actions. */
export {
  notFound as DELETE,
  notFound as GET,
  notFound as HEAD,
  notFound as OPTIONS,
  notFound as PATCH,
  notFound as POST,
  notFound as PUT,
}
