import { marker } from '../../marker.js'

export const dynamic = 'force-dynamic'
export const GET = () => new Response(marker)
