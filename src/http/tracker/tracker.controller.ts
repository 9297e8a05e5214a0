import { Controller, Get, Req, Res, type OnModuleInit } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../access/access.ts';
import { ApiOpenProblems } from '../openapi/api-problems.ts';
import {
  isKnown,
  preferredEncoding,
  readTracker,
  TRACKER_NAMES,
  type TrackerAsset,
  type TrackerName,
} from './tracker.assets.ts';

/** `GET` and `HEAD` of the tracker's scripts, for any page of any site. They are read once, when the server starts. */
@ApiTags('Public')
@Controller()
export class TrackerController implements OnModuleInit {
  private assets!: Record<TrackerName, TrackerAsset>;

  async onModuleInit(): Promise<void> {
    const read = TRACKER_NAMES.map(async (name) => [name, await readTracker(name)] as const);
    this.assets = Object.fromEntries(await Promise.all(read)) as Record<TrackerName, TrackerAsset>;
  }

  @Get('antics.js')
  @Access({ open: true })
  @ApiOperation({ summary: 'The tracker script (ETag, 304, brotli and gzip; cached for a day)' })
  @ApiProduces('text/javascript')
  @ApiOpenProblems()
  serveWhole(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    serve(this.assets['antics.js'], request, reply);
  }

  @Get('antics.core.js')
  @Access({ open: true })
  @ApiOperation({ summary: 'The tracker script without web vitals, clicks and forms' })
  @ApiProduces('text/javascript')
  @ApiOpenProblems()
  serveCore(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    serve(this.assets['antics.core.js'], request, reply);
  }
}

function serve(asset: TrackerAsset, request: FastifyRequest, reply: FastifyReply): void {
  const { encoding, body, etag } = asset[preferredEncoding(request.headers['accept-encoding'])];
  void reply.headers({
    etag,
    'cache-control': 'public, max-age=86400',
    vary: 'Accept-Encoding',
    // The page that includes it is another origin, by definition; helmet's default would keep it out.
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
  });
  if (isKnown(request.headers['if-none-match'], etag)) {
    void reply.status(304).send();
    return;
  }
  if (encoding !== 'identity') void reply.header('content-encoding', encoding);
  void reply.type('text/javascript; charset=utf-8').send(body);
}
