import { marker } from '../../marker.js'

export default function Page() {
  return <p>{marker}</p>
}
