import { marker } from '../marker.js'

export const getStaticProps = () => ({ props: { marker } })

export default function Page(props) {
  return <p>{props.marker}</p>
}
