import { withKey } from 'routekey/next'

import { keyed } from '../../../../verifiers.js'
import { handle } from '../handle.js'

const route = withKey(keyed(), handle)
export { route as DELETE, route as GET, route as HEAD, route as OPTIONS, route as PATCH, route as POST, route as PUT }
