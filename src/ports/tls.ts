import type { Door } from './datastores.ts';

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** One certificate of a chain, as the server sent it. */
export interface ServedCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly serial: string;
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** `DNS:name` and `IP Address:…`, as Node writes them. */
  readonly names: readonly string[];
  readonly keyType: string;
  readonly keyBits?: number | undefined;
  readonly signature: string;
  readonly selfIssued: boolean;
}

export type Handshake =
  | {
      readonly state: 'done';
      readonly version: string;
      readonly cipher: string;
      /** Leaf first. */
      readonly chain: readonly ServedCertificate[];
      /** Why a client that verifies would go away: the chain leads to no authority that is trusted, or the name is another one. */
      readonly untrusted?: string | undefined;
    }
  | { readonly state: 'failed'; readonly reason: 'refused' | 'timeout' | 'not-tls' | 'alert' | 'other'; readonly message: string };

export interface HandshakeOptions {
  readonly name: string;
  readonly only?: TlsVersion | undefined;
  readonly ca?: string | undefined;
}

/** TLS as a client sees it. Certificates are looked at, never relied on. */
export interface Tls {
  /** `only` limits the client to one version, and lets it speak the old ones; `ca` (PEM) is trusted in place of the public authorities. */
  handshake(door: Door, options: HandshakeOptions): Promise<Handshake>;
}
