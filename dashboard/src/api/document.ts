/** A registered document: what it answers and what it asks for are in its type, its text stays with the server. */
export interface Document<Result, Variables> {
  readonly name: string;
  readonly kind: "query" | "mutation" | "subscription";
  /** The first 16 digits of the SHA-256 of its text. */
  readonly id: string;
  /** Of a subscription: sockets take documents by their text. */
  readonly text?: string;
  /** Never there: they carry the types. */
  readonly result?: Result;
  readonly variables?: Variables;
}
