import { withKey } from 'routekey/next-pages'

import { handle } from '../../../pages-handle.js'
import { keyed } from '../../../verifiers.js'

export const config = { api: { bodyParser: false } }
export default withKey(keyed(), handle)
