/** The kind of channel that an address looks like; what the person chose always wins. */
import type { ChannelTypeDefinition } from "@dossier/api";

export function guessType(address: string, types: readonly ChannelTypeDefinition[]): string | undefined {
  const named = (name: string) => types.find((type) => type.name.toLowerCase() === name)?.name;
  const text = address.trim();
  if (/^[^@\s]+@[^@\s]+$/.test(text) && !text.startsWith("@")) return named("email") ?? types[0]?.name;
  if (/^[+0-9()/.\s-]+$/.test(text) && /\d/.test(text)) return named("telephone") ?? types[0]?.name;
  if (text.startsWith("@")) return named("instagram") ?? types[0]?.name;
  return named("email") ?? types[0]?.name;
}
