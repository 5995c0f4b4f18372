import { withKey } from 'routekey/next-pages'

import { handle } from '../../../pages-handle.js'
import { keyed } from '../../../verifiers.js'

export const config = { api: { bodyParser: false } }
const verifier = keyed()
// Guarded twice: the second guard must not count the request again.
export default withKey(verifier, withKey(verifier, handle))
