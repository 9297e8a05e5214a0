// Loaded before every spec. nestjs-prometheus is CommonJS and imports Nest in an order that ends in a cycle
// unless these three are there first.
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
