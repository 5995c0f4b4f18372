import { withKey } from 'routekey/next'

import { webhook } from '../../../../verifiers.js'
import { handle } from '../handle.js'

const verifier = webhook()
// Guarded twice: the second guard must not count the request again.
const route = withKey(verifier, withKey(verifier, handle))
export { route as DELETE, route as GET, route as HEAD, route as OPTIONS, route as PATCH, route as POST, route as PUT }
