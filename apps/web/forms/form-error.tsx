import { CircleAlert } from 'lucide-react'
import { Alert, AlertDescription } from '#ui/alert.tsx'

/** Shows an error of a form that no field causes. */
export function FormError({ text }: { text: string | undefined }) {
  if (text === undefined) return null
  return (
    <Alert variant="destructive" role="alert">
      <CircleAlert aria-hidden />
      <AlertDescription className="text-foreground">{text}</AlertDescription>
    </Alert>
  )
}
