import { X509Certificate } from 'node:crypto';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';

import { errorMessage } from '../../model/errors.ts';
import type { Door } from '../datastores.ts';
import type { Handshake, HandshakeOptions, ServedCertificate, Tls } from '../tls.ts';
import { timerMs } from './clock.ts';
import { errorCode } from './errors.ts';

const LONGEST_CHAIN = 10;

/** Real TLS. */
export const nodeTls: Tls = { handshake };

function handshake(door: Door, { name, only, ca }: HandshakeOptions): Promise<Handshake> {
  return new Promise((resolve) => {
    const socket = connect({
      host: door.host,
      port: door.port,
      // An address is no server name: https://www.rfc-editor.org/rfc/rfc6066#section-3
      ...(/^[\d.]+$|:/.test(name) ? {} : { servername: name }),
      rejectUnauthorized: false,
      ...(ca === undefined ? {} : { ca }),
      // OpenSSL speaks old versions at its lowest level alone: https://docs.openssl.org/3.0/man3/SSL_CTX_set_security_level/
      ...(only === undefined ? {} : { minVersion: only, maxVersion: only, ciphers: 'DEFAULT:@SECLEVEL=0' }),
    });
    const timer = setTimeout(
      () => end({ state: 'failed', reason: 'timeout', message: `no handshake within ${String(door.timeoutMs)} ms` }),
      timerMs(door.timeoutMs),
    );
    const interrupt = (): void => end({ state: 'failed', reason: 'other', message: 'interrupted' });
    door.signal?.addEventListener('abort', interrupt, { once: true });
    socket.once('secureConnect', () => end(done(socket)));
    socket.once('error', (error) => end(failed(error)));
    socket.once('close', () => end({ state: 'failed', reason: 'not-tls', message: 'the connection was closed' }));

    function end(result: Handshake): void {
      clearTimeout(timer);
      door.signal?.removeEventListener('abort', interrupt);
      socket.on('error', () => undefined);
      socket.destroy();
      resolve(result);
    }
  });
}

function done(socket: TLSSocket): Handshake {
  const chain: ServedCertificate[] = [];
  const seen = new Set<string>();
  let peer: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (peer?.raw !== undefined && !seen.has(peer.fingerprint256) && chain.length < LONGEST_CHAIN) {
    seen.add(peer.fingerprint256);
    chain.push(read(new X509Certificate(peer.raw)));
    peer = peer.issuerCertificate;
  }
  return {
    state: 'done',
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    chain,
    ...(socket.authorized ? {} : { untrusted: String(socket.authorizationError) }),
  };
}

function read(certificate: X509Certificate): ServedCertificate {
  const { asymmetricKeyType = 'unknown', asymmetricKeyDetails } = certificate.publicKey;
  return {
    subject: oneName(certificate.subject),
    issuer: oneName(certificate.issuer),
    serial: certificate.serialNumber,
    notBefore: new Date(certificate.validFrom).toISOString(),
    notAfter: new Date(certificate.validTo).toISOString(),
    names: (certificate.subjectAltName ?? '')
      .split(', ')
      .filter((name) => name !== '')
      .slice(0, 50),
    keyType: asymmetricKeyType,
    keyBits: asymmetricKeyDetails?.modulusLength,
    signature: certificate.signatureAlgorithm ?? 'unknown',
    selfIssued: certificate.checkIssued(certificate),
  };
}

function oneName(name: string): string {
  return name.replaceAll('\n', ', ').slice(0, 300);
}

/** https://nodejs.org/api/errors.html#openssl-error-codes: an alert is an answer of a TLS server, a wrong version number is not TLS. */
function failed(error: Error): Handshake {
  const code = errorCode(error) ?? '';
  const message = errorMessage(error).replaceAll(/\s+/g, ' ').slice(0, 200);
  if (['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND'].includes(code)) return { state: 'failed', reason: 'refused', message };
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE|HTTP_REQUEST/.test(code) || code === 'ECONNRESET')
    return { state: 'failed', reason: 'not-tls', message };
  return {
    state: 'failed',
    reason: /ALERT|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|HANDSHAKE_FAILURE/.test(code) ? 'alert' : 'other',
    message,
  };
}
