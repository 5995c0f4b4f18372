import { withKey } from 'routekey/next-pages'

import { handle } from '../../../pages-handle.js'
import { query } from '../../../verifiers.js'

export const config = { api: { bodyParser: false } }
export default withKey(query, handle)
