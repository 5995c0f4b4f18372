import { CircleAlert } from 'lucide-react'
import { Alert, AlertDescription } from '#ui/alert.tsx'

/** Says what went wrong with a form that no field is to blame for. */
export function FormError({ text }: { text: string | undefined }) {
  if (text === undefined) return null
  return (
    <Alert variant="destructive" role="alert">
      <CircleAlert aria-hidden />
      <AlertDescription className="text-foreground">{text}</AlertDescription>
    </Alert>
  )
}
