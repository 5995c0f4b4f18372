import { openRoute } from '../open-route.js'

export {
  openRoute as DELETE,
  openRoute as GET,
  openRoute as HEAD,
  openRoute as OPTIONS,
  openRoute as PATCH,
  openRoute as POST,
  openRoute as PUT,
}
