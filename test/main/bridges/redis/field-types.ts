/** The fields of a message as docs/bots.md writes them, read out of its schema. */
import { z } from 'zod'
import type { UnifiedMessage } from '../../../../src/shared/unified/schemas.ts'

export type MessageSchema = (typeof UnifiedMessage.options)[number]

const Shape: z.ZodType<Shape> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    pattern: z.string().optional(),
    const: z.union([z.string(), z.number()]).optional(),
    enum: z.array(z.string()).optional(),
    anyOf: z.array(Shape).optional(),
    items: z.union([Shape, z.literal(false)]).optional(),
    prefixItems: z.array(Shape).optional(),
    properties: z.record(z.string(), Shape).optional(),
  }),
)
interface Shape {
  type?: string | string[] | undefined
  pattern?: string | undefined
  const?: string | number | undefined
  enum?: string[] | undefined
  anyOf?: Shape[] | undefined
  items?: Shape | false | undefined
  prefixItems?: Shape[] | undefined
  properties?: Record<string, Shape> | undefined
}

function typeOf(shape: Shape): string {
  if (Array.isArray(shape.type)) return shape.type.map((type) => typeOf({ ...shape, type })).join(' or ')
  if (shape.const !== undefined) return JSON.stringify(shape.const)
  if (shape.enum) return shape.enum.map((value) => JSON.stringify(value)).join(', ')
  if (shape.anyOf) return shape.anyOf.map(typeOf).join(' or ')
  if (shape.prefixItems) return `[${shape.prefixItems.map(typeOf).join(', ')}]`
  if (shape.type === 'array') return `list of ${shape.items ? typeOf(shape.items) : 'anything'}`
  if (shape.pattern !== undefined && shape.type === 'string') return 'decimal'
  return shape.type === 'string' ? 'text' : (shape.type ?? 'anything')
}

export function fieldsOf(schema: MessageSchema): [name: string, type: string][] {
  const { properties } = Shape.parse(z.toJSONSchema(schema))
  return Object.entries(properties ?? {}).map(([name, shape]) => [name, typeOf(shape)])
}

export const nameOf = (schema: MessageSchema): UnifiedMessage['event_type'] => schema.shape.event_type.value
